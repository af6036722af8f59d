"""One module a resource; each route translates and calls one thing."""
