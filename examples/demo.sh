#!/usr/bin/env bash
# Shows Rumbo on the sample plans: commands of the console script only, each printed before its output.
# Works offline, whatever RUMBO_* is set, in a home of its own that may be deleted at any time.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in $(compgen -e RUMBO_ || true); do
  unset "$name"
done
export RUMBO_HOME=.rumbo-demo
rm -rf .rumbo-demo

# The command as a person would type it, then the command.
run() {
  local shown='rumbo' argument
  for argument in "$@"; do
    case $argument in
      *[\ \?]*) shown+=" \"$argument\"" ;;
      *) shown+=" $argument" ;;
    esac
  done
  printf '\n$ %s\n' "$shown"
  .venv/bin/rumbo "$@"
}

say() {
  printf '\n\n== %s ==\n' "$1"
}

say 'Six plans of an invented company, one of them damaged by a wrong encoding'
run repair --report examples/plans/escalamiento_40_a_200_altas.md
run ingest examples/plans

say 'Metrics of one document and one month'
run kpi list --document palancas --period 'Mes 6'

say 'A checklist'
run task list --document operaciones --period 'Semana 1'

say 'A return on investment, with its inputs'
run roi 'Alta guiada' --document operaciones

say 'Four questions'
run ask '¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?'
run ask '¿Qué contingencia hay si se cae la plataforma?'
run ask 'What is the monthly churn target for month 12?'
run ask 'What is the phone number of the trade fair organiser?'

say 'The weekly update: recorded by people, drafted by code, posted once after a yes'
run task done 'Elección de las dos palancas que arrancan primero' --note 'decidido en comité'
run kpi record 'Churn mensual' '2.9 %' --document palancas --note 'tablero de ingresos'
run status draft --to file:.rumbo-demo/avance.md --language es
draft=$(.venv/bin/rumbo status list --json | .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
run status approve "$draft"
printf '\n$ head -n 12 .rumbo-demo/avance.md\n'
head -n 12 .rumbo-demo/avance.md

say 'The same over HTTP'
port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
printf '\n$ rumbo serve --port %s &\n' "$port"
.venv/bin/rumbo serve --port "$port" --no-worker &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
body='{"question": "¿Cuál es la meta de NPS en el Mes 6?", "documents": ["palancas_crecimiento.md"]}'
.venv/bin/python - "$url/health" <<'WAIT'
import sys, time, urllib.error, urllib.request
for _ in range(300):
    try:
        urllib.request.urlopen(sys.argv[1], timeout=1)
        break
    except (urllib.error.URLError, OSError):
        time.sleep(0.1)
WAIT
printf "\n$ curl -s %s/v1/ask -H 'Content-Type: application/json' -d '%s'\n" "$url" "$body"
if command -v curl >/dev/null; then
  curl -s "$url/v1/ask" -H 'Content-Type: application/json' -d "$body"
else
  # No curl on this machine: the same request by Python.
  .venv/bin/python -c 'import sys, urllib.request as u; print(u.urlopen(u.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})).read().decode())' "$url/v1/ask" "$body"
fi
printf '\n'
kill "$server"
wait "$server" 2>/dev/null || true

cat <<'NEXT'

== What to try next ==

  export RUMBO_HOME=.rumbo-demo            the demo's workspace; without it, .rumbo
  .venv/bin/rumbo chat                     ask on, each question may refer to the one before
  .venv/bin/rumbo conflicts                what the six plans contradict each other in
  .venv/bin/rumbo ingest FOLDER            your own Markdown files
  .venv/bin/rumbo serve                    HTTP API and OpenAI-compatible model, documented at /docs
  .venv/bin/rumbo schedule add --help      the weekly update by itself
  .venv/bin/rumbo --help                   everything else

With a language model, any OpenAI-compatible endpoint, the same tools and the same check of every figure:

  export RUMBO_MODEL=gpt-4.1-mini RUMBO_MODEL_API_KEY=...
  export RUMBO_MODEL_URL=http://localhost:11434/v1      only for an endpoint of your own
NEXT
