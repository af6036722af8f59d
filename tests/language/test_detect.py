from __future__ import annotations

import subprocess
import sys

import pytest

from retrieval.language.detect import decided_language, guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Cuál es la meta de churn para el mes 6?", "es"),
        ("What is the churn target for month 6?", "en"),
        ("Qual é a meta de churn para o mês 6?", "pt"),
        ("Quel est l'objectif de churn pour le mois 6 ?", "fr"),
        ("Orçamento da fase 2", "pt"),
        ("Which KPIs", "en"),
        ("Reducir el churn con onboarding y customer success", "es"),
    ],
)
def test_function_words_tell_the_language(text: str, language: str) -> None:
    assert decided_language(text) == language
    assert guess_language(text, default="fr") == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(
            "# Plan\n\n| KPI | Mes 1 | Mes 3 |\n|---|---|---|\n| Churn | 4% | 3% |\n- NPS: 60", "es", id="a table of months"
        ),
        pytest.param("# Inversión\n\n- Plataforma: $20K\n- ROI 3:1 en el mes 6", "es", id="a list of amounts"),
        pytest.param("# AI strategy\n\n- AI budget: $20K\n- AI training\n- AI ethics review each month", "en", id="ai"),
        pytest.param("# Objectifs\n\n- Marge : 20 %\n- Livraison : 5 jours au mois 3", "fr", id="french units"),
        pytest.param("# Metas\n\n- Redução de custos\n- Satisfação: 90% no mês 6", "pt", id="portuguese endings"),
    ],
)
def test_a_small_plan_is_in_the_language_of_its_few_words(text: str, language: str) -> None:
    assert guess_language(text) == language


@pytest.mark.parametrize("default", ["es", "pt"])
def test_words_of_several_languages_are_the_defaults(default: str) -> None:
    assert guess_language("KPI de churn", default=default) == default


@pytest.mark.parametrize("text", ["", "ROI", "99.95% 10M 5:1 2024 2025", "🎯 ✅"])
def test_too_little_text_is_the_defaults(text: str) -> None:
    assert decided_language(text) is None
    assert guess_language(text, default="pt") == "pt"


def test_words_without_function_words_are_judged_by_the_model() -> None:
    assert guess_language("revenue growth strategy customer pricing forecast") == "en"


def test_a_question_does_not_load_the_model() -> None:
    code = (
        "import sys; from retrieval.language.detect import guess_language; guess_language('¿Cuál es la meta?');"
        "sys.exit('py3langid' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Comment va le panier moyen ?", "fr"),
        ("livrables en retard", "fr"),
        ("Prochaines étapes ?", "fr"),
        ("résume la stratégie", "fr"),
        ("overdue milestones, next steps", "en"),
        ("risks by team", "en"),
        ("tarefas pendentes", "pt"),
        ("Como está o estoque?", "pt"),
        ("receita do mês 3", "pt"),
        ("tareas vencidas", "es"),
        ("próximos pasos", "es"),
        ("Como va el almacén", "es"),
        ("LTV o CAC", "es"),
    ],
)
def test_the_nouns_of_a_short_question_tell_its_language(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_a_long_text_is_not_judged_by_the_nouns_of_business() -> None:
    text = "# Plan\n" + "- Revenue growth del equipo, tasks y budget de marketing: 5% en cada mes\n" * 6

    assert guess_language(text, default="en") == "es"
