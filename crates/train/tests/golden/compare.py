"""Paired t-tests by SciPy and Holm's correction by statsmodels, for `compare` and `compare_all`.

    python compare.py > compare.json

needs scipy and statsmodels; the versions that wrote the file stand in it.
"""

import json

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

random = numpy.random.default_rng(4)


def case(a, b):
    a, b = numpy.asarray(a), numpy.asarray(b)
    test = stats.ttest_rel(a, b)
    interval = test.confidence_interval(0.95)
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "difference": float(numpy.mean(a - b)),
        "deviation": float(numpy.std(a - b, ddof=1)),
        "t": float(test.statistic),
        "df": int(test.df),
        "p": float(test.pvalue),
        "interval": [float(interval.low), float(interval.high)],
    }


cases = []
for pairs in (2, 3, 5, 10, 30):
    for shift, noise in ((0.0, 0.01), (0.004, 0.002), (-0.05, 0.001)):
        a = numpy.round(0.97 + shift + noise * random.standard_normal(pairs), 4)
        b = numpy.round(0.97 + noise * random.standard_normal(pairs), 4)
        cases.append(case(a, b))

holm = []
for count in (1, 2, 6, 28):
    p = numpy.round(random.random(count) ** 3, 6)
    holm.append({"p": p.tolist(), "corrected": multipletests(p, method="holm")[1].tolist()})

print(
    json.dumps(
        {
            "versions": {
                "scipy": scipy.__version__,
                "numpy": numpy.__version__,
                "statsmodels": statsmodels.__version__,
            },
            "cases": cases,
            "holm": holm,
        },
        indent=1,
    )
)
