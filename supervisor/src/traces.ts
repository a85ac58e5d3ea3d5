export { findTraces, listTraces, readTrace, type PlacedSpan, type TraceSummary } from '@stoa/telemetry'
