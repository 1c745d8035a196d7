#!/bin/sh
# The week in three steps; the day that the schedule stands for may be given: weekly.sh 2026-09-22
day="${1:-$(TZ=America/Los_Angeles date +%F)}"
cd "$(dirname "$0")/../../.." || exit 2

.venv/bin/opsbook import data/inbox --quiet # a rejected file is named in the log, and the others are taken in
.venv/bin/opsbook weekly --as-of "$day" --quiet
status=$?
.venv/bin/opsbook notify --as-of "$day" || status=$?
exit "$status"
