from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg.pq import ConnStatus

# In milliseconds, for an answer that costs the server nothing.
PATIENCE = 500


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes from the pool only what still works.

    Django's own check (CONN_HEALTH_CHECKS) finds one dead connection after another and sleeps in between, so that after a
    restart of the server page after page fails although it is back; and it waits without end for one that went silent.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if _answers(connection):
            return connection
        # Whatever ended one connection has ended the others too.
        self.pool.putconn(connection)
        self.pool.drain()
        return super().get_new_connection(conn_params)


def _answers(connection: Connection[Any]) -> bool:
    server, answer = connection.pgconn, poll()
    try:
        answer.register(server.socket, POLLIN)
        server.send_query(b"")
    except Error:
        return False
    if not answer.poll(PATIENCE):
        return False
    while server.get_result():
        pass
    return server.status == ConnStatus.OK
