/**
 * The two scripts of the sandbox. They are constant: paths and the command reach them as arguments
 * and are never part of their text.
 */

/**
 * First process of new user, mount, pid, network, ipc and host name spaces. Builds a root of its
 * own that holds what is named and nothing else, moves there, gives up every capability, runs the
 * command, and takes with it whatever the command has left running.
 *
 *     sh -c OUTER sh <root> <inner> <last pid> (ro|rw|over <source> <place>)…
 *         (link <target> <place>)… -- …
 */
export const OUTER = `
set -eu
root=$1 inner=$2
[ -z "$3" ] || echo "$3" >/proc/sys/kernel/pid_max
shift 3
# Where memory runs out, this goes first.
echo 1000 >/proc/self/oom_score_adj
seal() {
  table=$(cat /proc/self/mountinfo)
  while read -r _ _ _ _ at options _; do
    at=$(printf '%b' "$at")
    case $at in "$1" | "$1"/*) ;; *) continue ;; esac
    flags=remount,bind,nosuid,nodev,$2
    case ,$options, in *,noexec,*) flags=$flags,noexec ;; esac
    mount -o "$flags" "$at"
  done <<TABLE
$table
TABLE
}
place() {
  if [ -d "$1" ]; then mkdir -p "$root$2"; return; fi
  mkdir -p "$root\${2%/*}"
  [ -e "$root$2" ] || : >"$root$2"
}
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root"
mkdir "$root/proc" "$root/dev" "$root/.old"
while [ "$1" != -- ]; do
  case $1 in
  link) ln -s "$2" "$root$3" ;;
  ro) place "$2" "$3"; mount --rbind "$2" "$root$3"; seal "$root$3" ro ;;
  rw) place "$2" "$3"; mount --bind "$2" "$root$3"; seal "$root$3" rw ;;
  over) mount --bind "$2" "$root$3"; seal "$root$3" ro ;;
  *) exit 1 ;;
  esac
  shift 3
done
shift
mount -t proc -o ro,nosuid,nodev,noexec proc "$root/proc"
for device in null zero full random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ip link set lo up
# No further user namespace, in which there would be capabilities again.
echo 0 >/proc/sys/user/max_user_namespaces
cd "$root"
pivot_root . .old
umount -l /.old
rmdir /.old
mount -o remount,ro /
set +e
setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs -- \\
  /bin/sh -c "$inner" sh "$@"
exit $?
`;

/**
 * Inside: what may be written is what was checked, by device and inode, or nothing is run. A mount
 * keeps hold of what it was made of, so that this cannot change afterwards.
 *
 *     sh -c INNER sh (<device>:<inode> <place>)… -- <command>…
 */
export const INNER = `
while [ "$1" != -- ]; do
  if [ "$(stat -c %d:%i -- "$2")" != "$1" ]; then
    echo "$2 is not what was checked" >&2
    exit 1
  fi
  shift 2
done
shift
echo started >&3
exec 3>&-
exec "$@"
`;
