import type { TraceSpan } from '@stoa/contracts/monitoring/resources'
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import type { LogRecord } from '../api/logs.ts'
import { duration } from '../state/format.ts'
import { axisOf, busiestServices, type Axis } from '../state/waterfall.ts'
import '../styles/waterfall.css'

interface WaterfallProps {
  readonly spans: readonly TraceSpan[]
  /** The log lines of the trace, which are marked at their spans. */
  readonly lines: readonly LogRecord[]
  readonly selected: string | undefined
  readonly onSelect: (spanId: string | undefined) => void
}

/** The spans of a trace on one axis, each below its parent. Only the visible rows are drawn. */
export function Waterfall({ spans, lines, selected, onSelect }: WaterfallProps) {
  const frame = useRef<HTMLDivElement>(null)
  const isNarrow = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const axis = useMemo(() => axisOf(spans), [spans])
  const coloured = useMemo(() => busiestServices(spans), [spans])
  const linesOf = useMemo(() => Map.groupBy(lines, ({ spanId }) => spanId), [lines])
  const rows = useVirtualizer({
    count: spans.length,
    getScrollElement: () => frame.current,
    estimateSize: () => (isNarrow ? 48 : 32),
    overscan: 12,
  })
  useEffect(() => rows.measure(), [rows, isNarrow])
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = spans.findIndex(({ spanId }) => spanId === selected)
    const next = Math.min(spans.length - 1, Math.max(0, at + step))
    onSelect(spans[next]?.spanId)
    rows.scrollToIndex(next)
  }
  return (
    <section className="waterfall" aria-label="Waterfall">
      <Legend services={coloured} axis={axis} />
      <div
        className="waterfall-rows"
        ref={frame}
        onKeyDown={move}
        role="group"
        aria-label="Spans; arrow keys select"
        tabIndex={0}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const span = spans[index]
            return span === undefined ? null : (
              <Row
                key={span.spanId}
                span={span}
                lines={linesOf.get(span.spanId) ?? []}
                axis={axis}
                series={coloured.indexOf(span.service)}
                top={start}
                isSelected={span.spanId === selected}
                onSelect={() => onSelect(span.spanId === selected ? undefined : span.spanId)}
              />
            )
          })}
        </div>
      </div>
    </section>
  )
}

function Legend({ services, axis }: { readonly services: readonly string[]; readonly axis: Axis }) {
  return (
    <div className="legend">
      {services.map((service, index) => (
        <span key={service}>
          <i style={{ background: `var(--series-${index})` }} />
          {service}
        </span>
      ))}
      {axis.gaps.map(({ fromMs, toMs }) => (
        <span key={fromMs}>⋯ {duration(toMs - fromMs)} without activity</span>
      ))}
    </div>
  )
}

interface RowProps {
  readonly span: TraceSpan
  readonly lines: readonly LogRecord[]
  readonly axis: Axis
  readonly series: number
  readonly top: number
  readonly isSelected: boolean
  readonly onSelect: () => void
}

function Row({ span, lines, axis, series, top, isSelected, onSelect }: RowProps) {
  const { service, name, depth, startMs, durationMs, status } = span
  const from = axis.at(startMs)
  const width = axis.at(startMs + durationMs) - from
  const percent = (part: number) => `${(part * 100).toFixed(3)}%`
  return (
    <button type="button" className="span" aria-pressed={isSelected} style={{ top }} onClick={onSelect} tabIndex={-1}>
      <span className="span-name" style={{ paddingLeft: Math.min(depth, 16) * 14 }} title={`${service}: ${name}`}>
        {status === 'error' && '◆ '}
        <span className="span-service">{service}</span> {name}
        {lines.length > 0 && (
          <span className="quiet">
            {' '}
            · {lines.length} {lines.length === 1 ? 'line' : 'lines'}
          </span>
        )}
      </span>
      <span className="number">{duration(durationMs)}</span>
      <span className="span-lane" aria-hidden="true">
        {axis.gaps.map((gap) => (
          <span
            key={gap.fromMs}
            className="gap"
            style={{ left: percent(axis.at(gap.fromMs)), width: percent(axis.at(gap.toMs) - axis.at(gap.fromMs)) }}
          />
        ))}
        <span
          className="span-bar"
          data-status={status}
          style={{
            left: percent(Math.min(from, 0.998)),
            width: percent(width),
            ...(series < 0 ? {} : { background: `var(--series-${series})` }),
          }}
        />
        {lines.map(({ id, at, level }) => (
          <span
            key={id}
            className="span-line"
            data-level={level}
            style={{ left: percent(Math.min(axis.at(new Date(at).getTime()), 0.998)) }}
          />
        ))}
      </span>
    </button>
  )
}
