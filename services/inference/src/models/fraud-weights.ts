import type { TrainedFraud } from '../domain/train-fraud.ts'

/** The result of `trainFraud()`, so that no process trains it again; a test compares the two. */
export const fraudWeights: TrainedFraud = {
  weights: [
    -5.369378608344024, 0.3132384225609469, 1.7531253813278296, 0.537447088319086, 0.4905371787509027,
    3.4091410361761985, 1.7761919869115526,
  ],
  metrics: {
    areaUnderCurve: 0.8956873144448554,
    bestAreaUnderCurve: 0.8980961208490721,
    calibrationError: 0.0037400558397701748,
    fraudShare: 0.0202,
  },
}
