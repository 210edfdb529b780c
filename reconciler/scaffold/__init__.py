# SPDX-License-Identifier: GPL-3.0-or-later
"""A new state repository as texts: settings, one example of each thing, a README, pipelines.

    files = scaffold(Answers(company="Enlaces del Valle"), ["github"], today)

The texts are the templates of `templates/`, one a file. Nothing is written here.
Imports of the project: data, errors, models, yamltext.
"""

from reconciler.scaffold.answers import Answers
from reconciler.scaffold.files import PIPELINES, scaffold

__all__ = ["PIPELINES", "Answers", "scaffold"]
