"""The results as Markdown. Knows the form of results, not how they came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

MOST: Final = 12_000
"""Documents of the largest folder we speak of."""


def markdown(results: dict[str, Any]) -> str:
    """One page: retrieval, ingest, business questions, HTTP; a part that was not run is left as it is not there."""
    machine = results["machine"]
    parts = [
        "# Results of the bench",
        f"{results['date']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}, "
        f"SQLite {machine['sqlite']}. Written by `make bench`; all figures are in `latest.json`. Times are processor time of the "
        "process, all its threads; compare them within a run.",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + ".",
    ]
    if "retrieval" in results:
        parts += _retrieval(results["retrieval"])
    if "ingest" in results:
        parts += _ingest(results["ingest"])
    if "business" in results:
        parts += _business(results["business"])
    if "tokens" in results:
        parts += _tokens(results["tokens"])
    if "answering" in results:
        parts += _answering(results["answering"])
    if "crowd" in results:
        parts += _crowd(results["crowd"])
    if "overhead" in results:
        parts += _overhead(results["overhead"])
    if "health" in results:
        parts += _health(results["health"])
    return "\n\n".join(parts) + "\n"


def _retrieval(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            row["engine"],
            row["kind"],
            *(f"{row[key]:.3f}" for key in ("recall_1", "recall_5", "recall_10", "mrr", "ndcg_10")),
            f"{row['index_cpu_s']:.1f}",
            f"{row['query_cpu_ms_p50']:.1f} / {row['query_cpu_ms_p95']:.1f}",
            f"{row['index_memory_mb']:.0f}",
        ]
        for row in found["engines"]
    ]
    heads = ["engine", "kind", "R@1", "R@5", "R@10", "MRR", "nDCG@10", "index s", "query ms p50 / p95", "memory MB"]
    told = (
        f"{found['questions']} questions on {found['passages']} Spanish passages (`{found['set']}`), one right passage each; the "
        "engines take turns. `default`: as its documentation begins; `tuned`: set for Spanish, or by us. Ours ingests a passage "
        "as a document: facts, full text and vectors."
    )
    return ["## Retrieval", told, table(heads, rows)]


def _ingest(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{row['documents']:,}",
            f"{row['mb']:.1f}",
            f"{row['facts']:,}",
            f"{row['cpu_s']:.1f}",
            f"{row['wall_s']:.1f}",
            f"{row['documents_per_cpu_s']:.1f}",
            f"{row['mb_per_cpu_s']:.2f}",
            f"{row['peak_memory_mb']:.0f}",
            f"{row['again_cpu_s']:.2f}",
        ]
        for row in found["runs"]
    ]
    heads = [
        "documents",
        "MB",
        "facts",
        "processor s",
        "clock s",
        "documents / s",
        "MB / s",
        "peak memory MB",
        "again, unchanged s",
    ]
    parts = ["## Ingest", "Generated documents into an empty workspace, facts, full text and vectors.", table(heads, rows)]
    if "growth_exponent_cpu" in found:
        before, last = found["runs"][-2:]
        each = (last["peak_memory_mb"] - before["peak_memory_mb"]) / (last["documents"] - before["documents"])
        if last["documents"] < MOST:
            at_most = last["peak_memory_mb"] + each * (MOST - last["documents"])
            parts.append(f"Not measured: by the line through the last two runs, {MOST:,} documents would take {at_most:,.0f} MB.")
        parts.append(
            f"Time grows as the number of documents to the power {found['growth_exponent_cpu']:.2f} (processor), "
            f"{found['growth_exponent_wall']:.2f} (clock)."
        )
    return parts


def _business(found: dict[str, Any]) -> list[str]:
    heads = ["engine", "line in top 1", "in top 4", "in top 10", "characters a passage"]
    rows = [
        [
            row["engine"],
            *(f"{row[f'line_in_top_{top}']:.2f}" for top in (1, 4, 10)),
            f"{row['characters_of_a_passage']:.0f}",
        ]
        for row in found["retrievers"]
    ]
    tokens = [[name, f"{row['mean']:,.0f}", f"{row['median']:,.0f}"] for name, row in found["tokens"].items()]
    return [
        "## Business questions",
        f"{found['with_lines']} questions on five strategy documents, four of them damaged, whose answer stands on a known line.",
        table(heads, rows),
        f"Answers of the offline model that cite such a line: {found['answers_citing_the_line']:.2f}; "
        f"{found['answer_cpu_ms']:.0f} ms of processor a question.",
        f"What a model reads to answer one of the {found['questions']} questions (tokens, {found['token_count']}):",
        table(["what", "mean", "median"], tokens),
    ]


def _tokens(found: dict[str, Any]) -> list[str]:
    rows = [[row["name"], f"{row['mean']:,.0f}", f"{row['median']:,.0f}", f"{row['coverage']:.1%}"] for row in found["rows"]]
    return [
        "## What a model reads",
        f"{found['questions']} questions with an answer on five strategy documents; tokens by {found['token_count']}. Ours is "
        f"all that the last reply is made from, {found['fixed']:,} tokens of which are system prompt and tool schemas. Coverage: "
        "every value the answer needs is in the context, or the lines it is worked out from.",
        table(["context", "mean", "median", "facts in it"], rows),
        f"Ours is {found['share_of_all_documents']:.1%} of all documents.",
    ]


def _answering(found: dict[str, Any]) -> list[str]:
    return [
        "## Answers of the offline model",
        f"{found['turns']:,} questions, warm, on {found['documents']} documents in one process: half of them within "
        f"{found['p50_ms']:.0f} ms, 95 % within {found['p95_ms']:.0f} ms (of processor {found['p50_cpu_ms']:.0f} and "
        f"{found['p95_cpu_ms']:.0f}). Memory {found['memory_before_mb']} MB before and {found['memory_after_mb']} MB after, "
        f"at most {found['memory_peak_mb']} MB, agent, index and vectors loaded.",
    ]


def _crowd(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            row["pace"],
            f"{row['turn_ms']:,}",
            f"{row['endpoint_ms']:,}",
            f"{row['added_share']:.0%}",
            f"{row['bare_added_share']:.0%}",
            f"{row['cpu_ms_a_turn']:.0f}",
        ]
        for row in found["paces"]
    ]
    heads = ["pace", "turn ms", "endpoint's own ms", "added", "added to a bare client", "processor ms a turn"]
    return [
        "## Many conversations at once",
        f"{found['conversations']} conversations of three questions against a fake endpoint (`{found['model']}`), one process "
        "beside the endpoint's; medians. The bare client sends the same requests and does nothing else.",
        table(heads, rows),
    ]


def _overhead(found: dict[str, Any]) -> list[str]:
    return [
        "## HTTP",
        f"A question over HTTP takes {found['overhead_ms']:.1f} ms more than the {found['service_ms']:.1f} ms it takes in "
        f"the process (medians of {found['questions']}).",
    ]


def _health(found: dict[str, Any]) -> list[str]:
    return [
        "## Health of metrics",
        f"{found['metrics']:,} metrics with {found['readings']:,} readings beside {found['tasks']:,} tasks: "
        f"{found['health_s']:.2f} s of the processor after a new reading (limit {found['limit_s']:.0f} s), "
        f"{found['again_s']:.2f} s when nothing is new; {found['first_view_s']:.2f} s once for the plan.",
    ]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [list(heads), ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
