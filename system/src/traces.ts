export { findTraces, readTrace, type PlacedSpan } from '@stoa/telemetry'
