// MariaDB's client library, Debian's libmariadb-dev.
#include <mysql.h>
