-- Run once by psql when the data folder is new: a database for each service, owned by a role of its
-- own, and closed to the other's.
\getenv catalogue_password CATALOGUE_PASSWORD
\getenv notification_password NOTIFICATION_PASSWORD
CREATE ROLE catalogue LOGIN PASSWORD :'catalogue_password';
CREATE ROLE notification LOGIN PASSWORD :'notification_password';
CREATE DATABASE catalogue OWNER catalogue;
CREATE DATABASE notification OWNER notification;
REVOKE CONNECT ON DATABASE catalogue, notification FROM PUBLIC;
-- What OperationsService/Vacuum needs, so that erased people are in no file any more.
GRANT pg_checkpoint TO catalogue;
\connect catalogue
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO catalogue;
