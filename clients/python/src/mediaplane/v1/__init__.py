"""The messages and stubs of the API, as generated from it: one module for each of its files."""
