"""The fleet's API: HTTP and JSON, described by OpenAPI at ``/api/v1/openapi.json``."""
