"""Plans of four small companies, for questions nobody prepared the rules for, and the copilot's own turn on them."""

from __future__ import annotations

from functools import cache

from tests.offline.desk import Reply, ask_in, compiled
from tools.lookup import PlanView

HARBOUR = """# Financial Outlook: Harbour Ferries

## Revenue by Year
| Year | Tickets | Revenue | Vessels | Margin |
|------|---------|---------|---------|--------|
| 2025 | 40,000 | $1.6M | 3 | 18% |
| 2026 | 64,000 | $2.4M | 4 | 22% |
| 2027 | 90,000 | $3.9M | 6 | 27% |

## Running Costs 2026
- **Fuel**: $420K
- **Crew**: $610K
- **Harbour dues**: $90K
- **Insurance**: $55K

## Service Goals
- Late departures: <5% (currently 12%)
- Cancelled trips: <1% (currently 3%)

## Top Risks
| Risk | Score | Probability | Answer |
|------|-------|-------------|--------|
| Fuel price spike | 9/10 | High | Buy ahead for a year |
| Engine failure | 7/10 | Medium | Keep a spare engine |
"""

CLINICA = """# Plan de Ahorro: Clínica del Valle

## 1. ÁREA DE COMPRAS (Ahorro objetivo: 12%)
- Comprar guantes con otras dos clínicas

## 2. ÁREA DE ENERGÍA (Ahorro objetivo: 35%)
- Cambiar las lámparas de los quirófanos

## 3. ÁREA DE LAVANDERÍA (Ahorro objetivo: 8%)
- Lavar de noche

## Objetivos de servicio
| Objetivo | Línea Base | Meta 90 Días | Meta 180 Días |
|----------|------------|--------------|---------------|
| Espera en urgencias | 50 minutos | 35 minutos | 25 minutos |
| Ocupación de camas | 61% | 70% | 78% |
| Ingreso por consulta | $40 | $52 | $60 |

## Ahorros previstos
| Partida | Inversión | Ahorro Anual |
|---------|-----------|--------------|
| Lámparas LED | $30K | $18K |
| Lavandería propia | $80K | $26K |
| Total | $110K | $44K |

## Calendario
### Fase 1 (Meses 1-2): Auditoría
- [ ] Medir el consumo por planta
### Fase 2 (Meses 3-5): Obras
- [ ] Instalar contadores
### Fase 3 (Meses 6-8): Cierre
- [ ] Revisar facturas
"""

DOCUMENTS = {"harbour_outlook.md": HARBOUR, "clinica_ahorro.md": CLINICA}


@cache
def view() -> PlanView:
    """The two plans, compiled."""
    return compiled(DOCUMENTS)


def ask(question: str, *history: tuple[str, str]) -> Reply:
    """The whole turn."""
    return ask_in(view(), question, *history)
