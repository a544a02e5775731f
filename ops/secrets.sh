#!/bin/sh
# Makes the secrets that docker-compose.yml names, each once: what is there stays. FOLDER is `secrets` beside it.
set -eu
folder="${1:-secrets}"
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

# URL-safe base64 of 32 random bytes, with its last "=": the form of REGULARS_SECRET_KEY.
random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }
# Letters and digits alone, so that it can stand in an address.
password() { head -c 64 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 40; }
# The folder is closed to others; the files in it are open, because containers read them as a user of their own.
keep() {
    [ -s "$folder/$1" ] && return 0
    printf '%s' "$2" >"$folder/$1"
    chmod 444 "$folder/$1"
    echo "Made $folder/$1."
}

keep regulars_secret_key "$(random)"
keep regulars_metrics_token "$(password)"
keep database_owner_password "$(password)"
keep database_password "$(password)"
keep grafana_password "$(password)"
keep regulars_database_url "postgresql://regulars:$(cat "$folder/database_password")@database/regulars"
keep regulars_database_owner_url "postgresql://owner:$(cat "$folder/database_owner_password")@database/regulars"
