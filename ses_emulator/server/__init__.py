"""The HTTP side: the AWS endpoint, the inspection API and the inbox."""
