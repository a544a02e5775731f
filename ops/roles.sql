-- Run once by psql, as the owner, in a new and empty database: the role of all processes but `regulars db upgrade`.
\set password `cat /run/secrets/database_password`
CREATE ROLE regulars LOGIN PASSWORD :'password';
