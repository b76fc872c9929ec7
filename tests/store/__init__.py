"""The store, in memory and in a file."""
