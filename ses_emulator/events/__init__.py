"""What SES says of the messages that it sent."""
