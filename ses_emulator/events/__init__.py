"""What SES publishes of a message: the documents, and the ways they go out."""
