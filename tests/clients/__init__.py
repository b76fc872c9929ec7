"""The server as real clients see it: SDKs, the AWS CLI and mail libraries over sockets."""
