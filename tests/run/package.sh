# shellcheck shell=bash
# ./run package and ./run release: what people install, and what they build it of. Read by ./run.

packages=build/package

# When the sources are of: the time of their commit, which an archive brings along, since it has no history.
sources_epoch() { if [ -f node/revision ]; then cut -d' ' -f2 node/revision; else git log -1 --format=%ct; fi; }

is_committed() { [ -f node/revision ] || [ -z "$(git status --porcelain)" ]; }

# make_packages <build> <folder>: the two packages of what was built there.
make_packages() {
    rm -rf "$2/_CPack_Packages" "$2"/*.deb "$2"/*.deb.sha256
    SOURCE_DATE_EPOCH=$(sources_epoch) cpack --config "$1/CPackConfig.cmake" -B "$2"
}

judge_packages() { "$PYTHON" -B tests/package/judge.py "$@" . "$packages"; }

built_packages() { build release trestle trestle-gateway && make_packages build/release "$packages"; }

run_package() {
    local arch='' checks=0
    while [ $# -gt 0 ]; do
        case $1 in
        --check) checks=1 ;;
        --arch) arch=${2:-} && shift ;;
        *) die "package knows --check and --arch ARCHITECTURE" ;;
        esac
        shift
    done
    need_build "${packages_package[@]}"
    build_web
    mkdir -p "$logs" "$packages"
    if [ -n "$arch" ]; then
        need "${packages_clean[@]}"
        "$PYTHON" -B tests/package/cross.py "$arch" . "$packages" "${packages_build[@]}" "${packages_package[@]}"
        return
    fi
    built_packages >"$logs/package.log" 2>&1 || { tail -n 40 "$logs/package.log" >&2; die "see $logs/package.log"; }
    ls "$packages"/*.deb
    [ $checks = 0 ] || check_packages
}

# Some minutes, root and the network: a clean Debian is made, and booted.
check_packages() {
    need "${packages_clean[@]}"
    check_showing 40 "content, units, scripts, lintian" judge_packages
    check_showing 40 "a fault of each is noticed" judge_packages --self-test
    check_showing 20 "installed, upgraded, cut off, removed, purged" \
        "$PYTHON" -B tests/package/install.py "$packages" "$packages/roots"
    if is_committed; then
        check "the archive, made twice" release_twice
        check_showing 10 "built of it in a clean Debian, without Node.js: the same bytes" \
            "$PYTHON" -B tests/package/rebuild.py "$packages" "$packages/roots" \
            "${packages_build[@]}" "${packages_package[@]}"
    else
        printf '  NOT TESTED  built again they are the same bytes (there are changes without a commit)\n'
    fi
    conclude
}

# release_into <folder>: the archive of HEAD, its screens built, as trestle-VERSION.tar.xz in that folder.
release_into() {
    local folder=$1 name version epoch
    version=$(sed -nE 's/^project\(trestle VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
    name=trestle-$version epoch=$(sources_epoch)
    rm -rf "$folder" && mkdir -p "$folder"
    git archive --prefix="$name/" HEAD | tar -x -C "$folder"
    printf '%s %s\n' "$(git describe --always --abbrev=12 --exclude='*')" "$epoch" >"$folder/$name/node/revision"
    cp -R web/node_modules "$folder/$name/web/node_modules"
    npm --prefix "$folder/$name/web" run build
    rm -rf "$folder/$name/web/node_modules"
    SOURCE_DATE_EPOCH=$epoch "$PYTHON" -B node/package/sbom.py web web/package-lock.json "$version" \
        >"$folder/$name/web/dist/sbom.cdx.json"
    tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" --mode=u=rwX,go=rX \
        --format=gnu -cf - "$name" | xz -6 -T1 >"$folder/$name.tar.xz"
    rm -rf "${folder:?}/$name"
}

release_twice() {
    release_into "$packages/archive" && release_into "$packages/once more/of another length" &&
        cmp "$packages"/archive/*.tar.xz "$packages/once more/of another length"/*.tar.xz
}

run_release() {
    [ -e .git ] || die "an archive is made of a checkout"
    is_committed || die "there are changes without a commit; an archive is of a commit"
    need "${packages_package[@]}"
    need_web_packages
    mkdir -p "$logs"
    release_twice >"$logs/release.log" 2>&1 || { tail -n 40 "$logs/release.log" >&2; die "see $logs/release.log"; }
    (cd "$packages/archive" && sha256sum ./*.tar.xz | tee SHA256SUMS)
    say "made twice, the same bytes: $(ls "$packages"/archive/*.tar.xz)"
}
