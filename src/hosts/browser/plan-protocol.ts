import type { ErrorDocument } from '../../contract/error'
import type { PlanAnswer, PlanInput } from '../../answers/plan/plan'

export interface PlanWorkerRequest {
  id: number
  input: PlanInput
}

export type PlanMessage =
  | { id: number; type: 'plan'; answer: PlanAnswer }
  | { id: number; type: 'error'; error: ErrorDocument['error'] }
