import { expect, test } from 'vitest'
import { samplerOf, type SamplingSettings } from './sampler.ts'

const low = '0af7651916cd43dd8441000000000000'
const high = '0af7651916cd43dd84ffffffffffffff'

function decisionsOf(settings: SamplingSettings) {
  const warnings: string[] = []
  const sampler = samplerOf(settings, (message, { value }) => warnings.push(`${message}: ${value}`))
  return {
    warnings,
    roots: [sampler(low, undefined), sampler(high, undefined)],
    children: [sampler(high, true), sampler(low, false)],
  }
}

test.each([
  ['always_on', undefined, [true, true], [true, true]],
  ['always_off', undefined, [false, false], [false, false]],
  ['traceidratio', '0.5', [true, false], [false, true]],
  ['parentbased_always_on', undefined, [true, true], [true, false]],
  ['parentbased_always_off', undefined, [false, false], [true, false]],
  ['parentbased_traceidratio', '0.5', [true, false], [true, false]],
  [' ParentBased_TraceIdRatio ', '0.5', [true, false], [true, false]],
])('OTEL_TRACES_SAMPLER=%s with %s', (sampler, samplerArg, roots, children) => {
  expect(decisionsOf({ sampler, samplerArg, sampleRatio: 0.5 })).toEqual({ roots, children, warnings: [] })
})

test('without the setting, or with an empty one, TRACE_SAMPLE_RATIO decides', () => {
  const own = { roots: [true, false], children: [true, false], warnings: [] }
  expect(decisionsOf({ sampleRatio: 0.5 })).toEqual(own)
  expect(decisionsOf({ sampler: '', samplerArg: '0', sampleRatio: 0.5 })).toEqual(own)
})

test('a sampler that is not known is reported and ignored', () => {
  expect(decisionsOf({ sampler: 'jaeger_remote', sampleRatio: 0.5 })).toEqual({
    roots: [true, false],
    children: [true, false],
    warnings: ['OTEL_TRACES_SAMPLER is not supported and is ignored: jaeger_remote'],
  })
})

test.each(['2', '-0.1', 'half'])('the argument %s is reported and counts as 1', (samplerArg) => {
  expect(decisionsOf({ sampler: 'traceidratio', samplerArg, sampleRatio: 0 })).toMatchObject({
    roots: [true, true],
    warnings: [`OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1 and is ignored: ${samplerArg}`],
  })
})
