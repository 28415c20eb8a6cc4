"""TeX in the fields of BibTeX: what pandoc makes nothing of is put right where that is plain, and otherwise reported.

In: the text of a file, or what pandoc made of an entry. Out: the text with letters in place of commands; problems.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evibrief import pandoc
from evibrief.problems import Place, Problem

_LETTERS = {
    "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "textendash": "–", "textemdash": "—", "texttimes": "×", "textpm": "±", "textdiv": "÷", "textminus": "−",
    "guillemotleft": "«", "guillemotright": "»", "textonehalf": "½", "textperthousand": "‰", "textohm": "Ω",
}  # fmt: skip
"""Commands of TeX that pandoc leaves out, or takes for another."""

_SIGNS = dict(zip(
    ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi",
     "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Sigma", "Phi", "Psi", "Omega", "times",
     "pm", "le", "leq", "ge", "geq", "cdot", "circ", "sim", "approx", "rightarrow", "to", "infty", "slash"),
    "αβγδεζηθκλμνξπρστφχψωΓΔΣΦΨΩ×±≤≤≥≥·°~≈→→∞/", strict=True,
))  # fmt: skip
_LETTER = re.compile(rf"\\({'|'.join(_LETTERS)})(?![A-Za-z])(?:\{{\}}|[ \t])?")
_SIGN = re.compile(rf"\\({'|'.join(_SIGNS)})(?![A-Za-z])\s*")
_FORMULA = re.compile(r"(?<!\\)\$([^$]*)(?<!\\)\$|\\ensuremath\{([^{}]*)\}")
_UPRIGHT = re.compile(r"\\(?:textrm|mathrm|text|rm)\s*\{([^{}]*)\}")
_RAISED = re.compile(r"([_^])\s*(?:\{([^{}\\]*)\}|([^\s{}\\]))")
_PLAIN = re.compile(r"(?:[^\\{}$_^]|\\text(?:sub|super)script\{[^\\{}]*\})*")


def with_letters(text: str) -> str:
    """The text with letters for commands that pandoc does not know, and in place of small formulas."""
    return _FORMULA.sub(_small_formula, _LETTER.sub(lambda found: _LETTERS[found[1]], text))


def _small_formula(found: re.Match[str]) -> str:
    """A formula as text, if it has nothing but letters, signs, and what is raised or lowered; otherwise as it is."""
    body = _SIGN.sub(lambda sign: _SIGNS[sign[1]], _UPRIGHT.sub(r"\1", found[1] or found[2] or ""))
    body = _RAISED.sub(lambda one: rf"\text{'sub' if one[1] == '_' else 'super'}script{{{one[2] or one[3]}}}", body)
    return body if _PLAIN.fullmatch(body) else found[0]


_PRINTED = re.compile(
    r"^[ \t]*(?:title|subtitle|author|editor|journal|journaltitle|booktitle|series|publisher)[ \t]*="
    r"(.*?)(?=^[ \t]*[\w-]+[ \t]*=|^[ \t]*[}@]|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_COMMAND = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])(?!\s*\{[^}])")
_SWITCHES = frozenset(
    ("em", "it", "bf", "sc", "tt", "rm", "sf", "sl", "itshape", "bfseries", "scshape", "relax", "and")
)


def unknown_commands(text: str, path: str) -> Iterator[Problem]:
    """Commands in what is printed of which pandoc makes nothing, each once: it would leave a letter out."""
    first: dict[str, int] = {}
    for field in _PRINTED.finditer(text):
        for found in _COMMAND.finditer(_FORMULA.sub(lambda formula: " " * len(formula[0]), field[1])):
            first.setdefault(found[1], text.count("\n", 0, field.start(1) + found.start()) + 1)
    for name in _left_out(sorted(first.keys() - _SWITCHES)):
        message = f"pandoc does not know the command `\\{name:.40}`, and would leave it out"
        yield Problem(Place(path, first[name], 1), "import", message, "write the character itself")


def _left_out(names: Sequence[str]) -> Iterator[str]:
    """Those of the commands that leave no trace between two letters."""
    trial = "".join(f"@misc{{{name}{number}, title = {{a\\{name}{{}}z}}}}\n" for number, name in enumerate(names))
    read = json.loads(pandoc.convert(trial.encode(), "bibtex", "csljson").output or b"[]") if names else []
    made = {str(one["id"]): str(one.get("title")) for one in read}
    yield from (name for number, name in enumerate(names) if made.get(f"{name}{number}", "").lower() in ("az", ""))


def formulas_in(csl: Mapping[str, Any], line: int, path: str) -> Iterator[Problem]:
    """A formula that pandoc leaves as it is typed."""
    if found := re.search(r"\$[^$]*\\[^$]*\$|\$[^$]*[_^][^$]*\$", str(csl.get("title") or "")):
        message = f"this formula would be printed as it is typed: `{found[0]:.60}`"
        yield Problem(Place(path, line, 1), "import", message, "write it without dollars: `β\\textsubscript{2}`, `≤`")
