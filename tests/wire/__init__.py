"""The wire layer against botocore, which reads the same models with code of its own."""
