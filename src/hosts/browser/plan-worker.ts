import { loadDigests } from '../../base/hash/digests'
import { toSealscopeError } from '../../base/error'
import { planImage } from '../../answers/plan/plan'
import type { PlanMessage, PlanWorkerRequest } from './plan-protocol'

self.addEventListener('message', ({ data }: MessageEvent<PlanWorkerRequest>) => {
  void answer(data)
})

async function answer(data: PlanWorkerRequest): Promise<void> {
  const send = (message: PlanMessage) => self.postMessage(message)
  try {
    await loadDigests()
    send({ id: data.id, type: 'plan', answer: planImage(data.input) })
  } catch (thrown) {
    send({ id: data.id, type: 'error', error: toSealscopeError(thrown).toDocument().error })
  }
}
