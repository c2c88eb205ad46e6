"""Django's PostgreSQL backend with a pool that survives a restart of the server; web processes alone have a pool."""
