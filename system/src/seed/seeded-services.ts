/** The services that get demonstration data; how is in `seeds.ts`. */
export const seededServices: readonly string[] = ['user', 'inventory', 'pricing', 'payment']
