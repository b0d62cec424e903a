"""The figure of twelve panels in matplotlib: a grid of axes, two lines each, to PNG in memory.

    python matplotlib_peer.py DATASETS
"""

import io
import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot  # noqa: E402

import common  # noqa: E402


class MatplotlibPeer(common.Peer):
    def __init__(self, datasets):
        super().__init__("matplotlib", f"matplotlib {matplotlib.__version__}, Agg", datasets)

    def render(self, figure, path=None):
        """Draws `figure`, and writes the PNG where there is a path; that is not timed."""

        def drawn():
            columns = figure["columns"]
            rows = max(len(column["panels"]) for column in columns)
            dpi = 100
            size = (figure["width"] / dpi, figure["height"] / dpi)
            sheet, grid = pyplot.subplots(rows, len(columns), figsize=size, squeeze=False, layout="constrained")
            sheet.suptitle(figure["title"])
            for j, column in enumerate(columns):
                for i, panel in enumerate(column["panels"]):
                    axes = grid[i][j]
                    for label, points in panel["lines"]:
                        axes.plot([x for x, _ in points], [y for _, y in points], label=label)
                    axes.set_title(column["title"])
                    axes.set_xlabel(figure["x_label"])
                    axes.set_ylabel(panel["setting"])
                    axes.grid(True)
                    axes.legend()
            png = io.BytesIO()
            sheet.savefig(png, format="png", dpi=dpi)
            pyplot.close(sheet)
            return png.getvalue()

        png, seconds = common.timed(drawn)
        if path:
            Path(path).write_bytes(png)
        return {"seconds": seconds}


if __name__ == "__main__":
    MatplotlibPeer(sys.argv[1]).serve()
