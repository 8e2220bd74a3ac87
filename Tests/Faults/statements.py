"""What a program asks MariaDB: its statements, the rows they examined, and how each table is reached."""
import contextlib
import re

import rig

# How MariaDB reaches a table by an index, without going through all of it.
BY_INDEX = {"const", "eq_ref", "ref", "ref_or_null", "range", "index_merge", "system", "NULL"}
UNTOUCHED = re.compile(r"\s*(SET|ROLLBACK|COMMIT|START|SHOW|USE|SELECT 1\b|SELECT @@)", re.IGNORECASE)


class Statements:
    """Between the beginning and the end of the `with` block: `seen` is (database, text, rows examined) of each.

    Only of connections that are made inside.
    """

    def __init__(self, database, user=rig.USER):
        self.database, self.user, self.seen = database, user, []

    def __enter__(self):
        self.database.sql("""SET GLOBAL log_output = 'TABLE', GLOBAL long_query_time = 0, GLOBAL log_slow_filter = '';
            SET GLOBAL slow_query_log = ON; TRUNCATE mysql.slow_log""")
        return self

    def reading(self):
        """The statements up to now that read or write tables."""
        rows = self.database.sql(f"""SELECT db, rows_examined, HEX(sql_text) FROM mysql.slow_log
            WHERE user_host LIKE '{self.user}[%' ORDER BY start_time""")
        texts = [(db, bytes.fromhex(text).decode(), int(count)) for db, count, text in rows]
        return [each for each in texts if not UNTOUCHED.match(each[1])]

    def __exit__(self, *_):
        with contextlib.suppress(rig.NotStarted):
            self.seen = self.reading()
        self.database.sql("SET GLOBAL slow_query_log = OFF, GLOBAL long_query_time = 10")


def ways(database, schema, text):
    """(table, how it is reached, rows expected) of the statement's plan."""
    return [(row[2], row[3], row[8]) for row in database.sql(f"EXPLAIN {text}", schema)]
