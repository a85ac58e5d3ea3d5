export { saga, type Chain, type ForwardChain } from './builder.ts'
