import { booleanFlag } from '@stoa/contract'

/** The feature flags that order evaluates. */
export const orderFlags = {
  'guest-checkout': booleanFlag({
    description: 'Whether guests may place orders; the attributes are country and currency.',
    default: true,
  }),
}
