"""`make eval`: the reference documents in ../shared through the command line, judged by the scorers beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
RUMBO = Path(sys.executable).with_name("rumbo")


def main() -> None:
    """Extraction, repair and answers, each with its scorer's own output."""
    if not SHARED.is_dir():
        sys.exit("eval: the reference documents are not beside the project (../shared)")
    corpus, gold = SHARED / "corpus", SHARED / "gold"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        home = ["--home", str(work / "home")]
        rumbo(*home, "ingest", str(corpus / "seeds"))
        (work / "export.jsonl").write_text(rumbo(*home, "export", "--format", "jsonl"), encoding="utf-8")
        score("score_extraction.py", gold, work / "export.jsonl")
        rumbo("repair", str(corpus / "dev_damaged"), "--out", str(work / "repaired"))
        score("score_repair.py", corpus / "dev", corpus / "dev_damaged", corpus / "dev_damaged_manifest.csv", work / "repaired")
        rumbo(*home, "eval", "run", str(gold / "questions_dev.jsonl"), "--out", str(work / "answers.jsonl"))
        score("score_answers.py", gold / "questions_dev.jsonl", work / "answers.jsonl", "--corpus", corpus / "seeds_clean")


def rumbo(*arguments: str) -> str:
    """Standard output of a command that must succeed, with no setting from outside."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RUMBO_", "OPENAI_"))}
    return subprocess.run([RUMBO, *arguments], check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def score(name: str, *arguments: Path | str) -> None:
    """Run a scorer; it prints."""
    print(f"\n== {name} ==", flush=True)
    subprocess.run([sys.executable, SHARED / "eval" / name, *arguments], check=True)


if __name__ == "__main__":
    main()
