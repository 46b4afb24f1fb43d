#!/bin/sh
# Creates the namespace TEMPORAL_NAMESPACE, unless it is there. Its closed runs are kept for TEMPORAL_RETENTION.
# Reads TEMPORAL_ADDRESS, as the command line of Temporal does.
set -eu

tries=0
until answer=$(temporal operator cluster health 2>&1); do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS did not become healthy within a minute: $answer" >&2
    exit 1
  fi
  sleep 1
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "The namespace $TEMPORAL_NAMESPACE is there."
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
fi
