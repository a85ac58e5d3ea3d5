/** A flag of the demonstration shop that any client may evaluate over OFREP. */
export const flags = [
  {
    key: 'gift-wrapping',
    type: 'boolean',
    description: 'Whether the storefront offers gift wrapping; the attribute is country.',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    rules: {
      offVariant: 'off',
      rules: [
        {
          name: 'half of Austria',
          when: [{ attribute: 'country', operator: 'in', values: ['AT'] }],
          serve: {
            split: {
              shares: [
                { variant: 'on', percent: 50 },
                { variant: 'off', percent: 50 },
              ],
            },
          },
        },
      ],
      serve: { variant: 'off' },
    },
  },
] as const

/** The configuration of a storefront: its settings, and their values. */
export const applications = [
  {
    name: 'storefront',
    settings: {
      'page.size': { type: 'integer', minimum: 1, maximum: 200, description: 'Products of a page.' },
      'analytics.key': { type: 'secretRef', description: 'Key of the analytics provider.' },
    },
    values: { 'page.size': 20, 'analytics.key': { secretRef: 'storefront/analytics-key' } },
  },
] as const
