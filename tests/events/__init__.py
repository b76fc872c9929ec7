"""What SES says of messages, held against the examples of its guide."""
