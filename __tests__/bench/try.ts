import { compileMeasure, inProcess } from './processes.js'
const root = process.cwd()
async function main() {
  const script = await compileMeasure(root)
  const task = JSON.parse(process.argv[2] as string)
  const t = Date.now()
  const result = await inProcess<any>(script, task, { cwd: root + '/__tests__/bench', execArgv: process.argv.slice(3) })
  console.log('took', Date.now() - t)
  if (Array.isArray(result)) console.table(result.map((r) => Object.fromEntries(Object.entries(r).map(([k, v]: any) => [k, v?.median !== undefined ? `${v.median.toFixed(3)} ${v.q1.toFixed(3)}-${v.q3.toFixed(3)}` : v]))))
  else console.log(result)
}
void main()
