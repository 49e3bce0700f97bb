// What a heap snapshot comes to.

/** Of other kinds are what the engine makes of a script, the more the longer it runs, and the
 * browser's own: nodes, which are counted by themselves, its records of how fast the page was, and
 * those of each request that it keeps for whoever watches by the protocol. */
const kinds = new Set([
    "array",
    "bigint",
    "closure",
    "concatenated string",
    "number",
    "object",
    "regexp",
    "sliced string",
    "string",
    "symbol",
]);

/** Bytes of what the page's scripts made and hold.
 * @param snapshot as HeapProfiler.takeHeapSnapshot gives it, parsed */
export function heldByScripts({ snapshot: { meta }, nodes }) {
    const fields = meta.node_fields;
    const [type, size] = [fields.indexOf("type"), fields.indexOf("self_size")];
    const counts = meta.node_types[type].map((kind) => kinds.has(kind));
    let sum = 0;
    for (let at = 0; at < nodes.length; at += fields.length) {
        sum += counts[nodes[at + type]] ? nodes[at + size] : 0;
    }
    return sum;
}

/** @param tools a session with the page, in which HeapProfiler is enabled */
export async function takeSnapshot(tools) {
    const chunks = [];
    const keep = ({ chunk }) => chunks.push(chunk);
    tools.on("HeapProfiler.addHeapSnapshotChunk", keep);
    await tools.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    tools.off("HeapProfiler.addHeapSnapshotChunk", keep);
    return JSON.parse(chunks.join(""));
}
