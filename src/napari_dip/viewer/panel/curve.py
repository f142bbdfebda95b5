"""Course of loss and stopping metric, drawn as it comes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import cycle

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

# Told apart by lightness too, and legible on napari's dark and light themes.
LOSS_COLOUR = QColor('#2f8fd8')
METRIC_COLOUR = QColor('#e08a1e')
_COLOURS = (
    LOSS_COLOUR,
    METRIC_COLOUR,
    QColor('#4caf6d'),
    QColor('#c86dd7'),
    QColor('#d9534f'),
    QColor('#8f9aa8'),
)
_MOST_POINTS = 512


@dataclass
class Trace:
    """A metric over the iterations, thinned so that it stays bounded.

    Parameters
    ----------
    points : list of (int, float)
        Iteration and value.
    """

    points: list[tuple[int, float]] = field(default_factory=list)

    def add(self, iteration: int, value: float | None) -> None:
        """Add a value; those that cannot be drawn are left out."""
        if value is None or not math.isfinite(value) or value <= 0:
            return
        self.points.append((iteration, value))
        if len(self.points) > _MOST_POINTS:
            # The latest is kept, for the legend.
            self.points = self.points[-1::-2][::-1]

    def range(self) -> tuple[float, float]:
        """Smallest and greatest logarithm, never equal."""
        logs = [math.log10(value) for _, value in self.points]
        low, high = min(logs), max(logs)
        return (low, high) if high - low > 1e-3 else (low - 0.05, high + 0.05)


class Curve(QWidget):
    """Loss and stopping metric over the iterations.

    Each is drawn on a logarithmic scale of its own: what counts is the
    course, and where the stopping metric has its minimum.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loss = Trace()
        self.stopping = Trace()
        self.best_iteration = 0
        self.metric_name = ''
        self.others: dict[str, Trace] = {}
        self.setMinimumHeight(110)
        self.setAccessibleName('course of the fit')
        self.setToolTip(
            'Course of the fit over the iterations: how far the estimate is '
            'from the image (loss), and the metric whose minimum, at the '
            'dashed line, tells the best iteration.'
        )
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        )

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide enough to read, low enough for a laptop."""
        return QSize(260, 110)

    @property
    def has_points(self) -> bool:
        """Whether there is anything to draw."""
        return self._last_iteration() > 0

    def clear(self) -> None:
        """Draw nothing."""
        self.loss = Trace()
        self.stopping = Trace()
        self.best_iteration = 0
        self.compare({})

    def extend(
        self,
        points: list[tuple[int, float, float | None]],
        best_iteration: int,
        metric_name: str = '',
    ) -> None:
        """Add points, mark the best iteration and name the metric."""
        for iteration, loss, metric in points:
            self.loss.add(iteration, loss)
            self.stopping.add(iteration, metric)
        self.best_iteration = best_iteration
        self.metric_name = metric_name
        self.update()

    def compare(self, curves: dict[str, list[tuple[int, float]]]) -> None:
        """Draw curves by name, on one scale, in place of loss and metric."""
        self.others = {}
        for name, points in curves.items():
            trace = self.others[name] = Trace()
            for iteration, value in points:
                trace.add(iteration, value)
        line = self.fontMetrics().height()
        self.setMinimumHeight(110 + line * (self._lines - 1))
        self.update()

    @property
    def _lines(self) -> int:
        """Lines of the legend, which names two curves in each."""
        return max(1, math.ceil(len(self.others) / 2))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = painter.fontMetrics().height()
        top = self._lines * line + 4
        area = QRectF(self.rect()).adjusted(1, top, -1, -line - 2)
        self._draw_frame(painter, area)
        last = self._last_iteration()
        if self.others:
            self._draw_others(painter, area)
        elif last:
            self._draw_best(painter, area, last)
            _draw_trace(painter, area, self.loss, last, LOSS_COLOUR)
            _draw_trace(painter, area, self.stopping, last, METRIC_COLOUR)
            self._draw_text(painter, last)
        painter.end()

    def _draw_others(self, painter: QPainter, area: QRectF) -> None:
        traces = [one for one in self.others.values() if one.points]
        if not traces:
            return
        scale = _range_of(traces)
        last = max(trace.points[-1][0] for trace in traces)
        metrics, half = painter.fontMetrics(), area.width() / 2
        named = zip(self.others.items(), cycle(_COLOURS), strict=False)
        for index, ((name, trace), colour) in enumerate(named):
            _draw_trace(painter, area, trace, last, colour, scale)
            row, column = divmod(index, 2)
            place = QPointF(
                area.left() + column * half,
                row * metrics.height() + metrics.ascent(),
            )
            text = metrics.elidedText(
                _legend(name, trace),
                Qt.TextElideMode.ElideMiddle,
                round(half) - 8,
            )
            painter.setPen(colour)
            painter.drawText(place, text)
        bottom = QRectF(self.rect())
        painter.setPen(self._text_colour())
        painter.drawText(
            bottom,
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
            f'{last:,} iterations',
        )

    def _last_iteration(self) -> int:
        points = [*self.loss.points[-1:], *self.stopping.points[-1:]]
        return max((iteration for iteration, _ in points), default=0)

    def _text_colour(self) -> QColor:
        return self.palette().color(self.foregroundRole())

    def _draw_frame(self, painter: QPainter, area: QRectF) -> None:
        colour = self._text_colour()
        colour.setAlpha(90)
        painter.setPen(QPen(colour, 1))
        painter.drawRect(area)

    def _draw_best(self, painter: QPainter, area: QRectF, last: int) -> None:
        if not 0 < self.best_iteration <= last:
            return
        x = area.left() + area.width() * self.best_iteration / last
        painter.setPen(QPen(METRIC_COLOUR, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _draw_text(self, painter: QPainter, last: int) -> None:
        box = QRectF(self.rect())
        left = Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignRight
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.setPen(LOSS_COLOUR)
        painter.drawText(box, left, _legend('loss', self.loss))
        painter.setPen(METRIC_COLOUR)
        painter.drawText(box, right, _legend(self.metric_name, self.stopping))
        painter.setPen(self._text_colour())
        painter.drawText(box, left | bottom, '0')
        painter.drawText(box, right | bottom, f'{last:,} iterations')


def _range_of(traces: list[Trace]) -> tuple[float, float]:
    ranges = [trace.range() for trace in traces]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _legend(name: str, trace: Trace) -> str:
    return f'{name} {trace.points[-1][1]:.3g}' if trace.points else ''


def _draw_trace(
    painter: QPainter,
    area: QRectF,
    trace: Trace,
    last: int,
    colour: QColor,
    scale: tuple[float, float] | None = None,
) -> None:
    if not trace.points:
        return
    low, high = scale or trace.range()
    inner = area.adjusted(0, 4, 0, -4)
    line = QPolygonF()
    for iteration, value in trace.points:
        x = inner.left() + inner.width() * iteration / last
        part = (math.log10(value) - low) / (high - low)
        line.append(QPointF(x, inner.bottom() - inner.height() * part))
    painter.setPen(QPen(colour, 1.6))
    painter.drawPolyline(line)
