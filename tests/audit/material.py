"""A finding's way from Markdown, and for every rule a text it speaks on and one it keeps silent on."""

from __future__ import annotations

from datetime import UTC, datetime

from copilot.audit import audit
from copilot.domain.audit import Finding
from copilot.domain.fact import Fact
from copilot.domain.plan import DocumentRecord
from copilot.domain.source import ParsedDocument
from retrieval.extract import extract
from retrieval.extract.merge import compile_plan, identify
from retrieval.ingest.blocks import parse

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def findings(*texts: str) -> list[Finding]:
    """What an audit of these documents finds."""
    return audit_of([parse(f"plan{number}.md", text) for number, text in enumerate(texts, 1)])


def audit_of(documents: list[ParsedDocument]) -> list[Finding]:
    """What an audit of these parsed documents finds."""
    facts: list[Fact] = [fact for doc in documents for fact in identify(extract(doc).facts)]
    records = [record(doc) for doc in documents]
    return audit(compile_plan(records, facts), documents)


def record(doc: ParsedDocument) -> DocumentRecord:
    """The document as a plan lists it."""
    return DocumentRecord(
        document=doc.document,
        version_id=doc.document,
        title=doc.title,
        language=doc.language,
        sha256="",
        line_count=len(doc.lines),
        ingested_at=NOW,
    )


def rules(*texts: str) -> set[str]:
    """Rules that speak on these documents."""
    return {finding.rule for finding in findings(*texts)}


COSTS = (
    "# Plan\n## Costos\n| Categoría | Inversión |\n|---|---|\n| Equipo | $40K |\n| Nube | $25K |\n"
    "| Marca | $15K |\n| Total | {} |\n"
)
YEARS = "# Plan\n## Ventas\n| Línea | Q1 | Q2 | Q3 | Total |\n|---|---|---|---|---|\n" + (
    "| Cursos | $10K | $20K | $30K | $60K |\n| Talleres | $5K | $5K | $5K | $15K |\n| Otros | $1K | $2K | $3K | {} |\n"
)
LIST = "# Plan\n## Inversión Requerida\n- **Equipo**: $40K\n- **Nube**: $25K\n- **Marca**: $15K\n- **Total**: {}\n"
PARTS = "# Plan\n## Gastos\n**FASE 1 (Meses 1-3): {}**\n- Salarios: $35,000\n- Viajes: $5,000\n- Local: $3,000\n"
LABELS = PARTS.format("$43,000") + (
    "\n**FASE 2 (Meses 4-6): $30,000**\n- Salarios: $20,000\n- Viajes: $10,000\n\n**TOTAL INVERSIÓN: {}**\n"
)
RATES = (
    "# Plan\n## Finanzas\n### Retorno Esperado (12 meses)\n- **Menos bajas**: Ahorro de $240K\n"
    "- **Menos papel**: Ahorro de $120K\n" + ("### Recuperación\n- **Inversión**: $100K\n- **Ahorro Mensual**: {}\n")
)
SAVINGS = (
    "# Plan\n## Uno\n| Categoría | Ahorro Anual |\n|---|---|\n| Personal | $50K |\n| Procesos | $30K |\n| Total | $80K |\n"
    + ("## Dos\n| Categoría | Ahorro Anual |\n|---|---|\n| Personal | $50K |\n| Procesos | {0} |\n| Total | {1} |\n")
)
STAFF = "# Plan\n## FASE 1: Base (Meses 1-3)\n**Equipo (Mes 1)**\n- **Analista** (Full-time)\n  - Salario: $4,000/mes\n" + (
    "- **Soporte** (Full-time)\n  - Salario: $3,000/mes\n## Presupuesto\n**FASE 1 (Meses 1-3): $30,000**\n"
    "- Salarios: {}\n- Viajes: $1,000\n"
)
TOOLS = "# Plan\n## FASE 1: Base (Meses 1-3)\n### Herramientas\n- **CRM Uno** ($800/mes)\n- **Chat Dos** ($200/mes)\n" + (
    "## Presupuesto\n**FASE 1 (Meses 1-3): $9,000**\n- Herramientas: {}\n- Viajes: $1,000\n"
)
BUDGET = "# Plan\n## Datos\n- **Presupuesto asignado**: $500K para el producto\n## Medidas\n- **Referidos**: programa de {}\n"
WEIGHTED = (
    "# Plan\n## Retorno\n| Categoría | Inversión | ROI |\n|---|---|---|\n| A | $300K | 100% |\n"
    "| B | $100K | 500% |\n| Total | $400K | {} |\n"
)
CHANGE = (
    "# Plan\n## Metas\n| Métrica | Actual | Objetivo | Mejora |\n|---|---|---|---|\n"
    "| Tiempo de cierre | 60 días | 45 días | {} |\n"
)
MOVE = "# Plan\n## Mejoras\n- **Conversión**: 15% → 35% ({})\n"
SAVED = "# Plan\n## Costos\n| Categoría | Actual | Optimizado | Ahorro |\n|---|---|---|---|\n| Local | $60K | $42K | {} |\n"
GROWTH = (
    "# Plan\n## Ingresos\n| Trimestre | Ingresos | Crecimiento |\n|---|---|---|\n| Q1 | $100K | - |\n"
    "| Q2 | $200K | 100% |\n| Q3 | $300K | 50% |\n| Q4 | $450K | {} |\n"
)
SHARES = "# Plan\n## Presupuesto\n| Canal | % del total |\n|---|---|\n| Web | 50% |\n| Ferias | 30% |\n| Radio | {} |\n"
BASES = (
    "# Plan\n## Uno\n| Categoría | Ahorro | % Mejora |\n|---|---|---|\n| Local | $10K | 50% |\n## Dos\n"
    "| Categoría | Ahorro | % Mejora |\n|---|---|---|\n| Local | {} | {} |\n"
)
OVER = "# Plan\n## Metas\n- **Uptime**: {}\n"
DEAL = (
    "# Plan\n## Retorno\n| Medida | Inversión | Ahorro Anual | ROI | Payback |\n|---|---|---|---|---|\n"
    "| Formación | $20K | $60K | {} | {} |\n"
)
HORIZON = (
    "# Plan\n## Retorno\n**Mes 12**: ROI 200%+\n**Mes 24**: ROI 600%+\n## Cierre\n"
    "Con una inversión distribuida en 12 meses se espera un ROI del {}.\n"
)
IMPLIED = (
    "# Plan\n## Retorno\n| Medida | Inversión | ROI | Payback |\n|---|---|---|---|\n"
    "| A | $20K | 300% | 4 meses |\n| B | $20K | 400% | 3 meses |\n| C | $20K | 600% | {} |\n"
)
CAGR = (
    "# Plan\n## Proyección\n| Métrica | Año 1 | Año 2 | Año 3 | CAGR |\n|---|---|---|---|---|\n"
    "| Ingresos | $5M | $10M | $20M | {} |\n"
)
CAGR_LINE = "# Plan\n## Mercado\n- **Mercado**: de $10M a $40M entre 2026 y 2028 (CAGR {})\n"
MONTHLY = "# Plan\n## Meta\n- **Clientes**: 10 → 100 en 12 meses con crecimiento mensual del {}\n"
NPV = "# Plan\n## Retorno\n- **Inversión Total**: $500K\n- **Ahorros Anuales**: $1M\n- **NPV (3 años)**: {}\n"
ROI_MONEY = (
    "# Plan\n## Metas\n| Métrica | Actual | Objetivo | ROI |\n|---|---|---|---|\n| NPS | 30 | 50 | {} |\n"
    "| Churn | 8% | 5% | {} |\n"
)
SCALE = "# Plan\n## Metas\n- **Customer Satisfaction**: {}\n"
MRR = "# Plan\n## Ingresos\n| Métrica | Mes 3 | Mes 6 |\n|---|---|---|\n| ARR | $500K | {} |\n| MRR | $42K | $125K |\n"
QUOTIENT = (
    "# Plan\n## Unidad\n| Métrica | Mes 3 | Mes 6 |\n|---|---|---|\n| LTV | $600 | $900 |\n"
    "| CAC | $200 | $150 |\n| LTV/CAC | 3.0 | {} |\n"
)
PER_USER = (
    "# Plan\n## Ingresos\n| Métrica | Mes 3 | Mes 6 |\n|---|---|---|\n| MRR | $20K | {} |\n"
    "| ARPU | $100 | $100 |\n| Clientes | 200 | 400 |\n"
)
PRICE = (
    "# Plan\n## Ventas\n| Plan | Precio | Clientes | Ingresos |\n|---|---|---|---|\n"
    "| Uno | $10 | 100 | $1,000 |\n| Dos | $20 | 100 | {} |\n| Tres | $30 | 10 | $300 |\n"
)
EQUATION = "# Plan\n## Cálculo\n- Ahorro: 40 horas × $50 = {}\n"
ADDITION = "# Plan\n## Cálculo\n- Inversión: $40K + $25K = {}\n"
TARGET = "# Plan\n## Uno\n- **Win Rate**: 25%+\n## Dos\n- **Win Rate**: {}\n"
BASELINE = "# Plan\n## Uno\n- **Uptime**: 99.9% (vs. 99.5% actual)\n## Dos\n- **Uptime**: 99.9% (vs. {} actual)\n"
ACROSS = "# Plan\n## Año 2: Crecimiento\n- **Revenue objetivo**: {}\n"
RETURNS = (
    "# Plan\n## Uno\n| Medida | Inversión | ROI |\n|---|---|---|\n| Formación | $20K | 300% |\n## Dos\n"
    "| Medida | Inversión | ROI |\n|---|---|---|\n| Formación | $20K | {} |\n"
)
FAR_BOUND = "# Plan\n## Uno\n- **Sales Cycle**: <90 días\n## Dos\n- **Sales Cycle**: {}\n"
OVERALL = "# Plan\n## KPIs del Mes 2\n- **Adquisición**: 30% reducción en CAC\n## Metas generales\n- **CAC**: Reducción del {}\n"
FALLING = (
    "# Plan\n## KPIs del Mes 2\n- **Market Expansion**: 3 mercados verticales\n## KPIs del Mes 3\n"
    "- **Market Expansion**: {} mercados verticales\n"
)
STRICT = "# Plan\n## Uno\n- **NPS Score**: >70\n## Dos\n- **NPS Score**: {}\n"
PHASES = "# Plan\n## FASE 1: Base (Meses 1-3)\nTexto.\n## FASE 2: Impulso (Meses {}-9)\nTexto.\n"
MONTH = "# Plan\n## FASE 2: Impulso (Meses 4-6)\n### Mes {}: Apertura\nTexto.\n"
BACKWARDS = "# Plan\n## FASE 1: Base (Meses {})\nTexto.\n"
PAST = '---\ncreated: "{}-10-29"\n---\n# Plan\n' + "".join(
    f"## Q{quarter} 2024: Etapa\n- **Ingresos objetivo**: ${quarter}M ARR\n" for quarter in (1, 2, 3, 4)
)
GOAL = (
    "# Plan\n## Objetivo\nLas palancas sirven para alcanzar $10M ARR en 24 meses.\n## Ingresos\n"
    "| Métrica | Mes 6 | {} |\n|---|---|---|\n| ARR | $4M | $10M |\n"
)
ORDER = (
    "# Plan\n## Mes {0}: Uno\n**Entregables:**\n- Panel de métricas comerciales publicado\n"
    "## Mes {1}: Dos\n**Actividades:**\n- [ ] Preparar panel de métricas comerciales publicado\n"
)
RANGE = "# Plan\n## Costos\n- **Servidores**: {}\n"
TWICE = "# Plan\n## Tareas\n- [ ] Revisar contratos de proveedores\n- [ ] {}\n"
BLANK = "# Plan\n## Datos\n- **Responsable**: {}\n"

Texts = tuple[str, ...]
CASES: dict[str, tuple[Texts, Texts]] = {
    "total_of_column": ((COSTS.format("$90K"),), (COSTS.format("$80K"),)),
    "total_of_row": ((YEARS.format("$9K"),), (YEARS.format("$6K"),)),
    "total_of_list": ((LIST.format("$100K"),), (LIST.format("$80K"),)),
    "total_of_parts": ((PARTS.format("$48,000"),), (PARTS.format("$43,000"),)),
    "total_of_labels": ((LABELS.format("$90,000"),), (LABELS.format("$73,000"),)),
    "total_in_line": (
        ("# Plan\n## Equipo\n- **Equipo**: 9 personas (4 desarrolladores, 2 diseñadores, 2 analistas)\n",),
        ("# Plan\n## Equipo\n- **Equipo**: 8 personas (4 desarrolladores, 2 diseñadores, 2 analistas)\n",),
    ),
    "total_of_rates": ((RATES.format("$60K"),), (RATES.format("$30K"),)),
    "total_equation": ((ADDITION.format("$75K"),), (ADDITION.format("$65K"),)),
    "total_conflict_of_savings": ((SAVINGS.format("$45K", "$95K"),), (SAVINGS.format("$30K", "$80K"),)),
    "budget_salaries": ((STAFF.format("$15,000"),), (STAFF.format("$21,000"),)),
    "budget_tools": ((TOOLS.format("$2,000"),), (TOOLS.format("$3,000"),)),
    "budget_exceeded": ((BUDGET.format("$2M"),), (BUDGET.format("$200K"),)),
    "roi_total_of_rows": ((WEIGHTED.format("250%"),), (WEIGHTED.format("200%"),)),
    "percent_change_of_row": ((CHANGE.format("-40%"),), (CHANGE.format("-25%"),)),
    "percent_change_in_line": ((MOVE.format("+90%"),), (MOVE.format("+133%"),)),
    "percent_of_saving": ((SAVED.format("$25K"),), (SAVED.format("$18K"),)),
    "percent_growth_of_rows": ((GROWTH.format("80%"),), (GROWTH.format("50%"),)),
    "percent_shares": ((SHARES.format("30%"),), (SHARES.format("20%"),)),
    "percent_conflict_of_saving": ((BASES.format("$15K", "30%"),), (BASES.format("$10K", "50%"),)),
    "percent_over_hundred": ((OVER.format("120%"),), (OVER.format("99.9%"),)),
    "roi_of_investment": ((DEAL.format("900%", "4 meses"),), (DEAL.format("200%", "4 meses"),)),
    "roi_definition": ((DEAL.format("300%", "4 meses"),), (DEAL.format("200%", "4 meses"),)),
    "roi_horizon": ((HORIZON.format("600%+"),), (HORIZON.format("200%+"),)),
    "payback_of_investment": ((DEAL.format("200%", "9 meses"),), (DEAL.format("200%", "4 meses"),)),
    "payback_by_roi": ((IMPLIED.format("9 meses"),), (IMPLIED.format("2 meses"),)),
    "cagr_of_row": ((CAGR.format("200%"),), (CAGR.format("100%"),)),
    "cagr_of_line": ((CAGR_LINE.format("300%"),), (CAGR_LINE.format("100%"),)),
    "cagr_of_growth": ((MONTHLY.format("35%"),), (MONTHLY.format("21%"),)),
    "npv_of_flows": ((NPV.format("$2.7M"),), (NPV.format("$1.99M"),)),
    "omission_discount_rate": ((NPV.format("$1.99M"),), (NPV.format("$1.99M") + "- **Tasa de descuento**: 10%\n",)),
    "unit_roi_in_money": ((ROI_MONEY.format("$100K", "$200K"),), (ROI_MONEY.format("150%", "200%"),)),
    "unit_scale_across": ((SCALE.format("90%+"), SCALE.format("9.5/10")), (SCALE.format("90%+"), SCALE.format("95%"))),
    "unit_month_and_year": ((MRR.format("$2.4M"),), (MRR.format("$1.5M"),)),
    "unit_quotient": ((QUOTIENT.format("9.0"),), (QUOTIENT.format("6.0"),)),
    "unit_revenue_per_user": ((PER_USER.format("$90K"),), (PER_USER.format("$40K"),)),
    "unit_price_times_count": ((PRICE.format("$5,000"),), (PRICE.format("$2,000"),)),
    "unit_equation": ((EQUATION.format("$2,500"),), (EQUATION.format("$2,000"),)),
    "target_conflict": ((TARGET.format("40%+"),), (TARGET.format("25%+"),)),
    "target_conflict_across": ((ACROSS.format("$50M"), ACROSS.format("$10M")), (ACROSS.format("$50M"), ACROSS.format("$50M"))),
    "target_conflict_of_returns": ((RETURNS.format("600%"),), (RETURNS.format("300%"),)),
    "target_conflict_of_bound": ((FAR_BOUND.format("30 días"),), (FAR_BOUND.format("80 días"),)),
    "target_conflict_with_overall": ((OVERALL.format("20%"),), (OVERALL.format("35%"),)),
    "target_conflict_falling": ((FALLING.format(2),), (FALLING.format(4),)),
    "baseline_conflict": ((BASELINE.format("97%"),), (BASELINE.format("99.5%"),)),
    "definition_of_bound": ((STRICT.format("70+"),), (STRICT.format(">70"),)),
    "timeline_of_phases": ((PHASES.format(6),), (PHASES.format(4),)),
    "timeline_inside_phase": ((MONTH.format(9),), (MONTH.format(5),)),
    "timeline_reversed": ((BACKWARDS.format("6-4"),), (BACKWARDS.format("4-6"),)),
    "timeline_in_the_past": ((PAST.format(2025),), (PAST.format(2023),)),
    "timeline_of_target": ((GOAL.format("Mes 12"),), (GOAL.format("Mes 24"),)),
    "order_of_deliverable": ((ORDER.format(1, 3),), (ORDER.format(3, 1),)),
    "consistency_of_range": ((RANGE.format("$500K - $200K"),), (RANGE.format("$2,000 - $10,000/mes"),)),
    "duplicate_task": ((TWICE.format("Revisar contratos de proveedores"),), (TWICE.format("Revisar contratos de clientes"),)),
    "placeholder_left": ((BLANK.format("[Nombre]"),), (BLANK.format("Ana [ver anexo](anexo.md)"),)),
}
"""Rule to documents it speaks on, and to their like it is silent on."""
