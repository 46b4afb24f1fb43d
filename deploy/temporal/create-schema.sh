#!/bin/sh
# Creates Temporal's two databases, or brings them up to the version of this image. Safe to repeat.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as temporal-sql-tool does.
set -eu

prepare() {
  temporal-sql-tool --database "$1" create
  # Writes nothing where a version is there already.
  temporal-sql-tool --database "$1" setup-schema -v 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "$2"
}

prepare temporal postgresql/v12/temporal
prepare temporal_visibility postgresql/v12/visibility
