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

cat <<'NEXT'

== What to try next ==

  export RUMBO_HOME=.rumbo-demo            the demo's workspace; without it, .rumbo
  .venv/bin/rumbo chat                     ask on, each question may refer to the one before
  .venv/bin/rumbo conflicts                what the six plans contradict each other in
  .venv/bin/rumbo ingest FOLDER            your own Markdown files
  .venv/bin/rumbo --help                   everything else

With a language model, any OpenAI-compatible endpoint, the same tools and the same check of every figure:

  export RUMBO_MODEL=gpt-4.1-mini RUMBO_MODEL_API_KEY=...
  export RUMBO_MODEL_URL=http://localhost:11434/v1      only for an endpoint of your own
NEXT
