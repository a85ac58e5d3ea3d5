import type { Instance } from '../src/instance.ts'

/** An instance named by its id, with what matters to the test. */
export function instance(id: string, fields: Partial<Instance> = {}): Instance {
  return { id, service: 'order', host: '127.0.0.1', port: 8_002, weight: 1, metadata: {}, ...fields }
}
