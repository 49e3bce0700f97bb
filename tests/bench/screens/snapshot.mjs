// What a heap snapshot comes to.

/** Bytes of all that is in it but code: what the engine makes of a script, and makes more of the
 * longer a page runs, is bounded by the script and no page holds it.
 * @param snapshot as HeapProfiler.takeHeapSnapshot gives it, parsed */
export function sizeWithoutCode({ snapshot: { meta }, nodes }) {
    const fields = meta.node_fields;
    const [type, size] = [fields.indexOf("type"), fields.indexOf("self_size")];
    const code = meta.node_types[type].indexOf("code");
    let sum = 0;
    for (let at = 0; at < nodes.length; at += fields.length) {
        sum += nodes[at + type] === code ? 0 : nodes[at + size];
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
