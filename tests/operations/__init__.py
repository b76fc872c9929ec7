"""The operations of both APIs, through boto3."""
