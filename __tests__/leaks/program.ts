/** Run as a process of its own with --expose-gc: plays every scene and says as JSON what it found. */
import { scenes } from './scenes.js'

async function main(): Promise<void> {
  const found: Record<string, unknown> = {}
  for (const [name, play] of Object.entries(scenes)) found[name] = await play()
  console.log(JSON.stringify(found))
}

void main()
