# SPDX-License-Identifier: GPL-2.0-or-later
# The way that HOWTOs go, for ci/guest: find the disk, partition it, make a file system, copy a tree,
# flush, find the disk again, compare.
set -e
tree=${tree:-/etc /init}
insmod /lib/modules/aoe.ko

find_disk() {
    for i in $(seq 50); do
        aoe-discover
        sleep 0.1
        [ -b "$1" ] && aoe-stat | grep -q 'e0.1 .* up' && return
    done
    return 1
}

find_disk /dev/etherd/e0.1
aoe-stat
blockdev --getsize64 /dev/etherd/e0.1
echo ',,L' | sfdisk -q /dev/etherd/e0.1
mkfs.ext4 -q /dev/etherd/e0.1p1
mount -t ext4 /dev/etherd/e0.1p1 /mnt
cp -r $tree /mnt
umount /mnt
aoe-flush -a
find_disk /dev/etherd/e0.1p1
mount -t ext4 /dev/etherd/e0.1p1 /mnt
for place in $tree; do diff -r "$place" "/mnt/${place##*/}"; done
umount /mnt
e2fsck -fn /dev/etherd/e0.1p1
