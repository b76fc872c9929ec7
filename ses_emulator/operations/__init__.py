"""Request to result: one function for each operation of the AWS APIs, one module a resource."""
